import delegateWaits from './rules/delegate-waits.js'
import fileNames from './rules/file-names.js'
import floors from './rules/floors.js'
import noBareYield from './rules/no-bare-yield.js'
import noCatchInPrograms from './rules/no-catch-in-programs.js'
import noFloatingPrograms from './rules/no-floating-programs.js'
import noImportCycles from './rules/no-import-cycles.js'
import noPlatform from './rules/no-platform.js'

/** The rules that keep the design; each one's file says why, `lint.test.ts` proves that it fires. */
export default {
  meta: { name: 'typetls' },
  rules: {
    'delegate-waits': delegateWaits,
    'file-names': fileNames,
    floors,
    'no-bare-yield': noBareYield,
    'no-catch-in-programs': noCatchInPrograms,
    'no-floating-programs': noFloatingPrograms,
    'no-import-cycles': noImportCycles,
    'no-platform': noPlatform,
  },
}
