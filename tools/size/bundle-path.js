export const root = new URL('../../', import.meta.url)

export function bundlePath(name) {
  return new URL(`.results/bundles/${name.replaceAll(/[^a-z0-9]+/gi, '-')}.js`, root)
}
