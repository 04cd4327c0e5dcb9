import * as v from 'valibot';
import type { OidcTokens, TokenStore } from '../chameleon';
import type { Secrets } from './cloudStore';
import { BROWSER_SECRET } from './keys';
import type { Masking } from './masking';

const kept = v.object({
  accessToken: v.string(),
  accessEndsAt: v.number(),
  refreshToken: v.string(),
  refreshEndsAt: v.optional(v.number()),
});

/** The session of the sign-in by browser, whole in SecretStorage and nowhere else. */
export function browserStore(secrets: Secrets, masking: Masking): TokenStore {
  return {
    async read(): Promise<OidcTokens | undefined> {
      const text = await secrets.get(BROWSER_SECRET);
      const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), kept), text);
      if (!parsed.success) return undefined;
      const { refreshEndsAt, ...tokens } = parsed.output;
      masking.add(tokens.accessToken);
      masking.add(tokens.refreshToken);
      return { ...tokens, refreshEndsAt };
    },
    async write(tokens): Promise<void> {
      if (tokens === undefined) {
        await secrets.delete(BROWSER_SECRET);
        return;
      }
      masking.add(tokens.accessToken);
      masking.add(tokens.refreshToken);
      await secrets.store(BROWSER_SECRET, JSON.stringify(tokens));
    },
  };
}
