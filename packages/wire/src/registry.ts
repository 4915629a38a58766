/**
 * A registry that is open: numbers without a name are legal values and keep their number.
 * Names are the IANA registry's, verbatim.
 */
export interface OpenEnum<Name extends string> {
  readonly ids: Readonly<Record<Name, number>>
  /** The name of a number, or `undefined` when the registry (as far as we know it) has none. */
  nameOf(id: number): Name | undefined
  /** The name, or the number in hex such as `0x4a4a`, for messages to people. */
  label(id: number): string
}

export function openEnum<Name extends string>(ids: Readonly<Record<Name, number>>): OpenEnum<Name> {
  const names = new Map<number, Name>()
  for (const name of Object.keys(ids) as Name[]) names.set(ids[name], name)
  return {
    ids,
    nameOf: (id) => names.get(id),
    label: (id) => names.get(id) ?? `0x${id.toString(16).padStart(4, '0')}`,
  }
}
