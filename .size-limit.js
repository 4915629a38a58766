import { fileURLToPath } from 'node:url'
import { bundlePath } from './tools/size/bundle-path.js'
import { budgets } from './tools/size/budgets.js'

export default budgets.map(({ name, limit, gzip = false }) => ({
  name: gzip ? `${name} (gzip)` : name,
  limit,
  gzip,
  path: fileURLToPath(bundlePath(name)),
}))
