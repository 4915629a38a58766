import { playMatrix } from './matrix.ts'
import { gnutls } from './gnutls.ts'

playMatrix(gnutls)
