// The house as rules: imports go one way, only src/extension sees `vscode`, no casts around the type checker.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Folders of src/ with the folders that each may import (beside itself and npm packages). */
const mayImport = {
  base: [],
  openstack: ['base'],
  chameleon: ['base', 'openstack'],
  ssh: ['base'],
  labs: ['base', 'openstack', 'chameleon', 'ssh'],
  doctor: ['base', 'openstack', 'chameleon', 'ssh'],
  demo: ['base', 'openstack'],
  cli: ['base', 'openstack', 'chameleon', 'ssh', 'labs', 'doctor'],
  extension: ['base', 'openstack', 'chameleon', 'ssh', 'labs', 'doctor'],
};
const rooms = Object.keys(mayImport);

const directions = Object.entries(mayImport).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.ts`],
  // The one command that opens the demo; everything else reaches it by its HTTP and SSH only.
  ignores: room === 'extension' ? ['src/extension/demo.ts'] : [],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: room === 'extension' ? [] : [{ name: 'vscode', message: 'Only src/extension sees vscode.' }],
        patterns: [
          ...rooms
            .filter((other) => other !== room && !allowed.includes(other))
            .map((other) => ({
              group: [`**/../${other}`, `**/../${other}/**`],
              message: `src/${room} may import only: ${allowed.join(', ') || 'nothing'}.`,
            })),
          ...allowed.map((other) => ({
            group: [`**/../${other}/*`],
            message: `Come in by the front door: '../${other}'.`,
          })),
          { group: ['**/test/**'], message: 'src/ never imports test/.' },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'out/**',
      'node_modules/**',
      '.vscode-test/**',
      'test/openstack/lab/**',
      'test/ssh/lab/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'fetch',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'AbortController',
          'AbortSignal',
          'Buffer',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './webview/tsconfig.json'] } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['src/cli/**/*.ts', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/require-await': 'off',
    },
  },
  ...directions,
);
