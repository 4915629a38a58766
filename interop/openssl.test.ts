import { playMatrix } from './matrix.ts'
import { openssl } from './openssl.ts'

playMatrix(openssl)
