type Child = Node | string | undefined

/** An element with its children. Text stays text: what a server says is no markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** What is at `id`, of this kind. */
export function found<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const at = document.getElementById(id)
  if (!(at instanceof kind)) throw new Error(`there is no ${kind.name} with the id ${id}`)
  return at
}

/** Names and what they stand for; those that stand for nothing are left out. */
export function facts(entries: Readonly<Record<string, string | undefined>>): HTMLElement {
  const rows = Object.entries(entries).filter(([, value]) => value !== undefined && value !== '')
  return element('dl', {}, ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]))
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const head = element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))
  const body = rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell))))
  const all = element('table', {}, element('thead', {}, head), element('tbody', {}, ...body))
  return element('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Rows' }, all)
}

/** Bars, each as long as its share of the longest. */
export function timings(entries: readonly (readonly [name: string, milliseconds: number])[]): HTMLElement {
  const longest = Math.max(1, ...entries.map(([, time]) => time))
  const rows = entries.flatMap(([name, time]) => [
    element('span', {}, name),
    element('i', { style: `width: ${(100 * time) / longest}%`, 'aria-hidden': 'true' }),
    element('span', {}, `${time.toFixed(1)} ms`),
  ])
  return element('div', { class: 'timings' }, ...rows)
}
