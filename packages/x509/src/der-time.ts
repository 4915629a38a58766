import { fromAscii } from '@typetls/wire'
import type { DerReader } from '@typetls/wire/der'
import { generalizedTime, utcTime } from '@typetls/wire/der'

/**
 * Time: a UTCTime or a GeneralizedTime, to the second and in UTC. Milliseconds since 1970.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5
 *
 * @param identifier of the one of them that may stand here; by default both may
 */
export function readTime(
  reader: DerReader,
  step: string,
  identifier: number = reader.peek() === generalizedTime ? generalizedTime : utcTime,
): number {
  const text = fromAscii(reader.content(identifier, step).subarray(0, maxTimeLength))
  // "Where YY is greater than or equal to 50, the year SHALL be interpreted as 19YY"
  const century = identifier === generalizedTime ? '' : text < '5' ? '20' : '19'
  const [year, month, day, hour, minute, second] = (timeForm.exec(century + text) ?? []).slice(1).map(Number) as Fields
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // A day that the month does not have is one of the next month.
  if (date.getUTCDate() !== day) reader.fail('is not a time in UTC to the second', step)
  return date.setUTCHours(hour, minute, second)
}

type Fields = [year: number, month: number, day: number, hour: number, minute: number, second: number]

const timeForm = /^(\d{4})(0[1-9]|1[0-2])(\d\d)([01]\d|2[0-3])([0-5]\d)([0-5]\d)Z$/

/** One octet more than there may be. */
const maxTimeLength = 16
