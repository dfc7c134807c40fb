import {defineConfig} from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Only one module spawns processes and only one reads the environment, so that both can be passed in everywhere else. */
const effects = {
  'no-restricted-imports': [
    'error',
    {
      paths: [
        {name: 'execa', message: 'Only lib/charm/process.ts spawns processes; take a Processes.'},
        {name: 'node:child_process', message: 'Only lib/charm/process.ts spawns processes; take a Processes.'},
      ],
    },
  ],
  'no-restricted-properties': [
    'error',
    {object: 'process', property: 'env', message: 'Only lib/charm/environment.ts reads the environment; take an Environment.'},
    {object: 'Math', property: 'random', message: 'Chance comes from a seeded generator that is passed in.'},
  ],
};

/** The size and shape of code; each exemption in a file gives its reason on the line above. */
const shape = {
  complexity: ['error', 10],
  'max-depth': ['error', 3],
  'max-lines': ['error', {max: 300, skipBlankLines: true, skipComments: true}],
  'max-params': ['error', 4],
  'max-statements': ['error', 20],
  'no-console': 'error',
  'no-restricted-syntax': [
    'error',
    {selector: 'ExportDefaultDeclaration', message: 'Export by name.'},
    {selector: 'TSEnumDeclaration', message: 'Use a union of literals.'},
  ],
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/consistent-type-assertions': ['error', {assertionStyle: 'never'}],
};

const common = {
  eqeqeq: ['error', 'always'],
  'no-warning-comments': 'error',
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/consistent-type-definitions': 'off',
  // Interfaces here are records of closures, which may be taken apart.
  '@typescript-eslint/unbound-method': 'off',
  '@typescript-eslint/no-unnecessary-condition': 'error',
  '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true, allowBoolean: true}],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
};

export default defineConfig(
  {ignores: ['dist/', 'node_modules/', '.cache/', '**/*.cjs', '**/*.mjs']},
  tseslint.configs.strictTypeChecked,
  {languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}}},
  {files: ['**/*.ts'], rules: {...common, ...effects}},
  {files: ['lib/**/*.ts', 'charms/**/*.ts', 'tests/charms/**/*.ts'], ignores: ['**/*.test.ts'], rules: shape},
  {
    files: ['**/*.test.ts'],
    rules: {'@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-unused-expressions': 'off'},
  },
  {files: ['lib/charm/process.ts', 'lib/local/processes.ts'], rules: {'no-restricted-imports': 'off'}},
  {files: ['lib/charm/environment.ts'], rules: {'no-restricted-properties': 'off'}},
);
