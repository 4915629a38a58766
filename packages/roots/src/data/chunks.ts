// Written by scripts/refresh-roots.mjs.
export const chunks: readonly (() => Promise<{ readonly certificates: readonly string[] }>)[] = [
  () => import('./chunk-0.ts'),
  () => import('./chunk-1.ts'),
  () => import('./chunk-2.ts'),
  () => import('./chunk-3.ts'),
  () => import('./chunk-4.ts'),
  () => import('./chunk-5.ts'),
  () => import('./chunk-6.ts'),
  () => import('./chunk-7.ts'),
  () => import('./chunk-8.ts'),
  () => import('./chunk-9.ts'),
  () => import('./chunk-10.ts'),
  () => import('./chunk-11.ts'),
  () => import('./chunk-12.ts'),
  () => import('./chunk-13.ts'),
  () => import('./chunk-14.ts'),
  () => import('./chunk-15.ts'),
]
