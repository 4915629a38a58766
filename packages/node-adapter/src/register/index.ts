import { allowListOfEnvironment } from './allow-list.ts'
import { register } from './registration.ts'

// For `node --import @typetls/node-adapter/register`: that it is imported is what it is imported for.
register(allowListOfEnvironment())

export type { AllowList } from './allow-list.ts'
export { register, unregister } from './registration.ts'
export type { RegisterOptions } from './registration.ts'
