import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { core } from './tools/lint/floors.js'
import typetls from './tools/lint/plugin.js'

const tests = ['**/*.test.ts', 'packages/*/test/**/*.ts']
const node = Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']))

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', 'docs/', 'coverage/', '.results/', '**/.turbo/', 'bench/results/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    name: 'every file',
    files: ['**/*.{js,mjs,ts}'],
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin, typetls },
    rules: {
      'array-callback-return': 'error',
      'constructor-super': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-constant-binary-expression': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-debugger': 'error',
      'no-dupe-else-if': 'error',
      'no-duplicate-case': 'error',
      'no-empty': 'error',
      'no-eval': 'error',
      'no-fallthrough': 'error',
      'no-loss-of-precision': 'error',
      'no-self-assign': 'error',
      'no-self-compare': 'error',
      'no-shadow-restricted-names': 'error',
      'no-unreachable': 'error',
      'no-unreachable-loop': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-catch': 'error',
      'no-useless-escape': 'error',
      'no-var': 'error',
      'object-shorthand': ['error', 'always', { avoidExplicitReturnArrows: false }],
      'prefer-const': 'error',
      'require-yield': 'off', // a program that waits for nothing is still a program
      'use-isnan': 'error',
      'valid-typeof': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          args: 'after-used',
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          caughtErrors: 'all',
        },
      ],
      'typetls/no-import-cycles': 'error',
      'typetls/file-names': 'error',
    },
  },
  {
    name: 'JavaScript',
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: node },
    rules: { 'no-undef': 'error' },
  },
  {
    name: 'TypeScript',
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-misused-new': 'error',
      '@typescript-eslint/no-require-imports': 'error',
      '@typescript-eslint/no-unnecessary-type-constraint': 'error',
      '@typescript-eslint/no-unsafe-function-type': 'error',
      '@typescript-eslint/no-wrapper-object-types': 'error',
    },
  },
  {
    name: 'declarations of the platform',
    files: ['**/*.d.ts'],
    rules: { 'no-var': 'off', '@typescript-eslint/no-unused-vars': 'off' },
  },

  {
    name: 'packages',
    files: ['packages/*/{src,test}/**/*.ts'],
    rules: { 'typetls/floors': 'error', 'typetls/no-bare-yield': 'error' },
  },
  {
    name: 'packages, not their tests',
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    rules: { 'no-console': 'error' },
  },
  {
    name: 'packages, with types',
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'typetls/no-floating-programs': 'error',
    },
  },
  {
    name: 'below the adapters',
    files: core.map((name) => `packages/${name}/src/**/*.ts`),
    ignores: tests,
    rules: { 'typetls/no-platform': 'error', 'no-console': 'off' },
  },
  {
    name: 'a program with an output',
    files: ['packages/relay/src/main.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'web adapters',
    files: ['packages/web-adapter/src/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-globals': ['error', ...['Buffer', 'process', 'global', 'require', 'setImmediate', 'window']],
      'no-restricted-imports': ['error', { patterns: ['node:*'] }],
    },
  },
  {
    name: 'programs',
    files: ['packages/{handshake,connection}/src/**/*.ts'],
    ignores: tests,
    rules: { 'typetls/delegate-waits': 'error', 'typetls/no-catch-in-programs': 'error' },
  },
  {
    name: 'tests',
    files: tests,
    rules: { 'typetls/no-bare-yield': 'off' },
  },
)
