import { fileURLToPath } from 'node:url'
import { bundlePath } from './tools/size/bundle-path.js'
import { budgets } from './tools/size/budgets.js'

export default budgets.map(({ name, limit }) => ({ name, limit, path: fileURLToPath(bundlePath(name)) }))
