/** The pictures of the README, from the real VS Code: each in a dark and in a light theme. */
import { demoIsOpen, openStep, repairKey, runLab, savePng, verify } from './steps';
import { openWindow } from './window';

for (const theme of ['dark', 'light'] as const) {
  describe(`pictures, ${theme}`, () => {
    it('of resources and labs, card, verification and inspection', async () => {
      const window = await openWindow({ theme });
      const picture = async (name: string): Promise<void> => {
        await window.dismissMessages();
        await window.screenshot(`${name}-${theme}`);
      };
      try {
        await demoIsOpen(window);
        await runLab(window);
        await openStep(window, 'SSH key');
        await picture('tour');
        await repairKey(window);
        const name = await savePng(window);
        await picture('card');
        await verify(window, name);
        await window.panel().getByText('agreed').first().waitFor();
        await picture('verify');
        await window.command('View: Close All Editors');
        await window.titleAction('Resources', 'Inspect Student');
        await window.quickPick(/caseydiaz/, 'cd5678');
        await window.row('Inspect', /hello_chameleon-caseydiaz/).waitFor();
        await picture('inspect');
      } catch (error) {
        await window.screenshot(`failed-pictures-${theme}`);
        throw error;
      } finally {
        await window.close();
      }
    });
  });
}
