#!/usr/bin/env node
// npx @typetls/relay --allow host:port
import { parseArgs } from 'node:util'
import { createRelay } from './relay.ts'

const usage = `Usage: relay --allow host:port [--allow …] [options]

  --allow host:port      where it may connect to; *.example.com:443 and host:* work too
  --listen [host:]port   default 127.0.0.1:8080
  --token text           ask for one of these tokens; or RELAY_TOKENS, separated by commas
  --origin origin        pages of these origins only
  --max-connections n    default 1000
  --idle-timeout s       seconds, default 300
  --help`

try {
  const { values } = parseArgs({
    options: {
      allow: { type: 'string', multiple: true, default: [] },
      listen: { type: 'string', default: '127.0.0.1:8080' },
      token: { type: 'string', multiple: true, default: [] },
      origin: { type: 'string', multiple: true },
      'max-connections': { type: 'string', default: '1000' },
      'idle-timeout': { type: 'string', default: '300' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) console.log(usage)
  else await run(values)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exitCode = 2
}

async function run(values: {
  readonly allow: readonly string[]
  readonly listen: string
  readonly token: readonly string[]
  readonly origin?: readonly string[] | undefined
  readonly 'max-connections': string
  readonly 'idle-timeout': string
}): Promise<void> {
  if (values.allow.length === 0) throw new RangeError('a relay without --allow would relay nothing')
  const tokens = [...values.token, ...(process.env['RELAY_TOKENS']?.split(',') ?? [])].filter((token) => token !== '')
  const relay = createRelay({
    allow: values.allow,
    tokens,
    ...(values.origin !== undefined && { origins: values.origin }),
    maxConnections: Number(values['max-connections']),
    idleTimeout: Number(values['idle-timeout']) * 1000,
  })
  const [, host = '127.0.0.1', port] = /^(?:(.+):)?(\d{1,5})$/.exec(values.listen) ?? []
  if (port === undefined) throw new RangeError(`not [host:]port: ${values.listen}`)
  const { address, port: bound } = await relay.listen(Number(port), host)
  const open = tokens.length === 0 ? ' (no token is asked for)' : ''
  console.log(`relay on ws://${address}:${bound}/?address=host:port to ${values.allow.join(', ')}${open}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void relay.close())
}
