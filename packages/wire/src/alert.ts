import type { Codec } from './codec.ts'
import { uint8 } from './codec.ts'
import type { OpenEnum } from './registry.ts'
import { openEnum } from './registry.ts'
import type { AlertName } from './tls-error.ts'
import { alerts } from './tls-error.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-6 */
export interface Alert {
  readonly level: AlertLevelName
  readonly description: AlertName | number
}

export type AlertLevelName = 'warning' | 'fatal'

/** Alert descriptions by name and number; numbers without a name survive. */
export const AlertDescription: OpenEnum<AlertName> = /* @__PURE__ */ openEnum(/* @__PURE__ */ numbers())

/**
 * The two bytes of an alert record. Decoding refuses a level that is neither warning nor fatal.
 *
 * @throws TlsError `ERR_TLS_ALERT_LEVEL` (illegal_parameter) for an unknown level
 */
export const Alert: Codec<Alert> = {
  name: 'Alert',
  encode(alert, writer) {
    uint8.encode(alert.level === 'warning' ? 1 : 2, writer)
    uint8.encode(
      typeof alert.description === 'number' ? alert.description : AlertDescription.ids[alert.description],
      writer,
    )
  },
  decode(reader) {
    const level = uint8.decode(reader)
    const description = uint8.decode(reader)
    if (level !== 1 && level !== 2) reader.fail('ERR_TLS_ALERT_LEVEL', level, 'warning (1) or fatal (2)')
    return {
      level: level === 1 ? 'warning' : 'fatal',
      description: AlertDescription.nameOf(description) ?? description,
    }
  },
}

function numbers(): Record<AlertName, number> {
  const entries = Object.entries(alerts).map(([name, [number]]) => [name, number])
  return Object.fromEntries(entries) as Record<AlertName, number>
}
