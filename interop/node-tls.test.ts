import { playMatrix } from './matrix.ts'
import { nodeTls } from './node-tls.ts'

playMatrix(nodeTls)
