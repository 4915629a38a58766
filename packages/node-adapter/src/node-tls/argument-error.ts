import { inspect } from 'node:util'

/** The TypeError that Node throws for an argument of the wrong type, with its code and its words. */
export function invalidArgumentType(name: string, expected: string, received: unknown): TypeError {
  const kind = name.includes('.') ? 'property' : 'argument'
  const message = `The "${name}" ${kind} must be ${expected}.${receivedText(received)}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' })
}

/** The TypeError that Node throws for a value that cannot be, with its code and its words. */
export function invalidArgumentValue(name: string, received: unknown, problem = 'is invalid'): TypeError {
  const kind = name.includes('.') ? 'property' : 'argument'
  const message = `The ${kind} '${name}' ${problem}. Received ${inspect(received)}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` for what is neither text nor bytes */
export function checkTextOrBytes(name: string, value: unknown): void {
  if (typeof value === 'string' || ArrayBuffer.isView(value)) return
  throw invalidArgumentType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', value)
}

/** The error that Node throws for a number outside of its range. */
export function outOfRange(name: string, range: string, received: unknown): RangeError {
  return outOfRangeText(`The value of "${name}" is out of range.`, range, received)
}

/** The same in other words. */
export function outOfRangeText(problem: string, range: string, received: unknown): RangeError {
  const message = `${problem} It must be ${range}. Received ${inspect(received)}`
  return Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' })
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` for what is there and no string */
export function checkString(name: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidArgumentType(name, 'of type string', value)
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` for what is no view of bytes */
export function checkBuffer(name: string, value: unknown): asserts value is NodeJS.ArrayBufferView {
  if (!ArrayBuffer.isView(value)) {
    throw invalidArgumentType(name, 'an instance of Buffer, TypedArray, or DataView', value)
  }
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` for what is no function */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgumentType(name, 'of type function', value)
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` for what is no number */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value !== 'number') throw invalidArgumentType(name, 'of type number', value)
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE` */
export function checkInteger(name: string, value: unknown, least: number, most: number): void {
  checkNumber(name, value)
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value)
  if ((value as number) < least || (value as number) > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value)
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE` */
export function checkInt32(name: string, value: unknown): void {
  checkInteger(name, value, -0x80000000, 0x7fffffff)
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE` */
export function checkPositiveUint32(name: string, value: unknown): void {
  checkInteger(name, value, 1, 0xffffffff)
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` for what is no plain object */
export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgumentType(name, 'of type object', value)
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` for what is not true or false */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidArgumentType(name, 'of type boolean', value)
}

function receivedText(value: unknown): string {
  if (value === null || value === undefined) return ` Received ${String(value)}`
  if (typeof value === 'function') return ` Received function ${value.name}`
  if (typeof value === 'object') {
    const name = (value as { constructor?: { name?: string } }).constructor?.name
    if (name !== undefined && name !== '') return ` Received an instance of ${name}`
    return ` Received ${inspect(value, { depth: -1 })}`
  }
  const text = inspect(value, { colors: false })
  return ` Received type ${typeof value} (${text.length > 28 ? `${text.slice(0, 25)}...` : text})`
}
