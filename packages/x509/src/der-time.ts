import type { DerReader } from '@typetls/wire/der'
import { generalizedTime, utcTime } from '@typetls/wire/der'

/**
 * Time: a UTCTime or a GeneralizedTime, to the second and in UTC. Milliseconds since 1970.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5
 */
export function readTime(reader: DerReader, step: string): number {
  return readTimeAs(reader.peek() === generalizedTime ? generalizedTime : utcTime, reader, step)
}

/** A GeneralizedTime where nothing else may stand. Milliseconds since 1970. */
export function readGeneralizedTime(reader: DerReader, step: string): number {
  return readTimeAs(generalizedTime, reader, step)
}

function readTimeAs(identifier: number, reader: DerReader, step: string): number {
  const long = identifier === generalizedTime
  const content = reader.content(identifier, step)
  const text = String.fromCharCode(...content.subarray(0, 16))
  const match = (long ? generalizedTimeForm : utcTimeForm).exec(text)
  if (match === null || content.length > 15) return reader.fail('must be YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ', step)
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // "Where YY is greater than or equal to 50, the year SHALL be interpreted as 19YY"
  const fullYear = long ? year : year >= 50 ? 1900 + year : 2000 + year
  const time = new Date(0)
  time.setUTCFullYear(fullYear, month - 1, day)
  time.setUTCHours(hour, minute, second)
  const exists =
    time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  if (!exists) return reader.fail('is a time that does not exist', step)
  return time.getTime()
}

const utcTimeForm = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const generalizedTimeForm = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
