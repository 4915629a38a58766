import { fileURLToPath } from 'node:url'

/**
 * @param {object} [settings] what the page finds at `/settings.json` while Vite serves it
 * @param {string} [condition] of the packages' exports, such as that of their sources. Default: as they are built
 * @returns {import('vite').UserConfig}
 */
export function viteConfig(settings, condition) {
  const conditions = [...(condition ? [condition] : []), 'module', 'browser', 'development|production']
  const serve = ({ middlewares }) => {
    middlewares.use('/settings.json', (_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(settings))
    })
  }
  return {
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions },
    worker: { format: 'es' },
    build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 1000 },
    plugins: [{ name: 'settings', configureServer: serve, configurePreviewServer: serve }],
  }
}
