/** The members that are not `undefined`: for optional members that must be absent instead. */
export function given<T extends object>(members: { readonly [Key in keyof T]: T[Key] | undefined }): T {
  const present: Partial<T> = {}
  for (const key of Object.keys(members) as (keyof T)[]) {
    const value = members[key]
    if (value !== undefined) present[key] = value
  }
  return present as T
}
