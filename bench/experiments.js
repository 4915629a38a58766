import { withPeers } from './peer-process.js'

const onSodium = { suite: 'TLS_CHACHA20_POLY1305_SHA256', backend: 'sodium' }

/**
 * Everything that is measured. `run(settings, sizes, use)` makes one stack ready and calls `use(measure, warmUp)`; each
 * `measure()` gives one sample, an object with a number for each of `figures`. `warmUp()`, if there is one, comes first.
 * `group` is for `--only`. `suite` is what is spoken; without, it is TLS 1.3 with `TLS_AES_128_GCM_SHA256`. `backend` is
 * ours, `node` unless said otherwise. `keyType` is of the certificates, `ecdsa` or `rsa`; without, it is the former.
 *
 * A figure's ratio is ours divided by node:tls; a `target` is a bound of it, the lower one where more is better.
 */
export const experiments = [
  {
    group: 'bulk',
    title: 'bulk client→server',
    run: (settings, { bulkBytes }, use) => use(() => bulk(settings, true, bulkBytes)),
    figures: bulkFigures(0.6),
  },
  {
    group: 'bulk',
    title: 'bulk server→client',
    run: (settings, { bulkBytes }, use) => use(() => bulk(settings, false, bulkBytes)),
    figures: bulkFigures(0.6),
  },
  ...[true, false].map((upload) => ({
    ...onSodium,
    group: 'sodium',
    title: `ChaCha20-Poly1305 on crypto-sodium, bulk ${upload ? 'client→server' : 'server→client'}`,
    run: (settings, { bulkBytes }, use) => use(() => bulk(settings, upload, bulkBytes)),
    figures: bulkFigures(0.85),
  })),
  {
    ...onSodium,
    group: 'sodium',
    title: 'ChaCha20-Poly1305 on crypto-sodium, round trips of 1 KiB',
    run: roundTrips,
    figures: rateFigures('round trips', 0.9),
  },
  {
    ...onSodium,
    group: 'sodium',
    title: 'ChaCha20-Poly1305 on crypto-sodium, an HTTPS server under load',
    run: httpsLoad,
    figures: httpsFigures(),
  },
  ...handshakesOf('full handshakes', { target: 2 }),
  {
    group: 'handshakes',
    title: 'full handshakes, options read for each',
    run: (settings, { seconds }, use) => handshakes(settings, { seconds, afresh: true }, use),
    figures: rateFigures('handshakes'),
  },
  ...handshakesOf('full handshakes, RSA-2048', { keyType: 'rsa', target: 1.2 }),
  ...handshakesOf('resumed handshakes', { resumed: true, target: 2 }),
  {
    group: 'round-trips',
    title: 'round trips of 1 KiB',
    run: roundTrips,
    figures: rateFigures('round trips', 0.9),
  },
  {
    group: 'https',
    title: 'an HTTPS server under load',
    run: httpsLoad,
    figures: httpsFigures(),
  },
  {
    group: 'idle',
    title: 'an idle connection',
    run: (settings, { connections }, use) => use(() => idle(settings, connections)),
    figures: [
      { key: 'serverResident', name: 'server, resident', unit: 'B', more: 'worse', target: 0.7 },
      { key: 'clientResident', name: 'client, resident', unit: 'B', more: 'worse', target: 0.7 },
      { key: 'server', name: 'server, heap and external', unit: 'B', more: 'worse' },
      { key: 'client', name: 'client, heap and external', unit: 'B', more: 'worse' },
      { key: 'serverHeap', name: 'server, heap alone', unit: 'B', more: 'worse' },
      { key: 'clientHeap', name: 'client, heap alone', unit: 'B', more: 'worse' },
    ],
  },
  ...['ecdsa', 'rsa'].map((keyType) => ({
    group: 'tls12',
    suite: `TLS_ECDHE_${keyType.toUpperCase()}_WITH_AES_128_GCM_SHA256`,
    keyType,
    title: `TLS 1.2 full handshakes, ${keyType.toUpperCase()}`,
    run: (settings, { seconds }, use) => handshakes(settings, { seconds }, use),
    figures: rateFigures('handshakes'),
  })),
  {
    group: 'tls12',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    title: 'TLS 1.2 resumed handshakes',
    run: (settings, { seconds }, use) => handshakes(settings, { seconds, resumed: true }, use),
    figures: rateFigures('handshakes'),
  },
  ...[true, false].map((upload) => ({
    group: 'tls12',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    title: `TLS 1.2 bulk ${upload ? 'client→server' : 'server→client'}`,
    run: (settings, { bulkBytes }, use) => use(() => bulk(settings, upload, bulkBytes)),
    figures: bulkFigures(),
  })),
]

function bulkFigures(target) {
  return [
    { key: 'throughput', name: 'throughput', unit: 'MB/s', more: 'better', target },
    { key: 'clientCpu', name: 'client CPU', unit: 's', more: 'worse' },
    { key: 'serverCpu', name: 'server CPU', unit: 's', more: 'worse' },
    { key: 'clientPeak', name: 'client peak memory', unit: 'MB', more: 'worse' },
    { key: 'serverPeak', name: 'server peak memory', unit: 'MB', more: 'worse' },
  ]
}

function httpsFigures() {
  return [
    { key: 'rate', name: 'requests per second', unit: '/s', more: 'better', target: 0.9 },
    { key: 'p99', name: '99 % answered within', unit: 'ms', more: 'worse', target: 1.2 },
    { key: 'cpu', name: 'server CPU for each', unit: 'µs', more: 'worse' },
  ]
}

function rateFigures(what, target) {
  return [
    { key: 'rate', name: `${what} per second`, unit: '/s', more: 'better', target },
    { key: 'cpu', name: 'CPU for each', unit: 'µs', more: 'worse' },
  ]
}

/**
 * Handshakes of one kind: with both ends in one process, then with one end in a process of its own that is looked at
 * alone; the other end is node:tls whoever is measured.
 */
function handshakesOf(kind, { keyType, resumed = false, target }) {
  const alone = (role) => ({
    group: 'handshakes',
    keyType,
    title: `${kind}, the ${role} alone`,
    run: (settings, { seconds }, use) => handshakesAlone(role, settings, { resumed, seconds }, use),
    figures: [{ key: 'cpu', name: 'CPU for each', unit: 'µs', more: 'worse' }],
  })
  return [
    {
      group: 'handshakes',
      keyType,
      title: kind,
      run: (settings, { seconds }, use) => handshakes(settings, { resumed, seconds }, use),
      figures: rateFigures('handshakes', target),
    },
    alone('server'),
    alone('client'),
  ]
}

/** Bytes in one direction through a client process and a server process, fresh ones each time: a peak happens once. */
async function bulk(settings, upload, size) {
  return withPeers([settings.stack, settings.stack], settings, async (client, server) => {
    const port = await server.call('serveBulk')
    const move = (bytes, hashed) => client.call('transfer', { port, upload, size: bytes, hashed }, bulkTimeout)
    await move(2 ** 20, true)
    await move(Math.min(size, 2 ** 25), false)
    const used = await Promise.all([client.call('resources'), server.call('resources')])
    const seconds = await move(size, false)
    const [ofClient, ofServer] = await Promise.all([client.call('resources'), server.call('resources')])
    return {
      throughput: size / 1e6 / seconds,
      clientCpu: ofClient.cpu - used[0].cpu,
      serverCpu: ofServer.cpu - used[1].cpu,
      clientPeak: ofClient.peak / 1e6,
      serverPeak: ofServer.peak / 1e6,
    }
  })
}

/** Both ends in one process, which lives through all rounds. */
function handshakes(settings, argument, use) {
  return withPeers([settings.stack], settings, async (peer) => {
    const port = await peer.call('serveHandshakes')
    const dial = (count) => peer.call('handshakes', { ...argument, port, seconds: undefined, count }, warmUpTimeout)
    return use(
      async () => rateOf(await peer.call('handshakes', { ...argument, port })),
      async () => {
        // Twice: those of sessions begin with a full one, and code compiled for others alone is compiled again for that.
        await dial(warmUpHandshakes)
        await dial(warmUpHandshakes)
      },
    )
  })
}

/** One end in a process of its own, against node:tls; both live through all rounds. */
function handshakesAlone(role, settings, argument, use) {
  const stacks = role === 'server' ? ['node:tls', settings.stack] : [settings.stack, 'node:tls']
  return withPeers(stacks, settings, async (client, server) => {
    const port = await server.call('serveHandshakes')
    const measured = role === 'server' ? server : client
    const dial = (more) => client.call('handshakes', { ...argument, ...more, ends: 1, port }, warmUpTimeout)
    return use(
      async () => {
        const { cpu: before } = await measured.call('resources')
        const { count } = await dial()
        const { cpu: after } = await measured.call('resources')
        return { cpu: ((after - before) / count) * 1e6 }
      },
      () => dial({ seconds: undefined, count: warmUpHandshakes }),
    )
  })
}

/** A client process and a server process, which live through all rounds. The CPU time is the client's. */
function roundTrips(settings, { seconds }, use) {
  return withPeers([settings.stack, settings.stack], settings, async (client, server) => {
    const port = await server.call('serveEcho')
    const measure = async () => rateOf(await client.call('roundTrips', { port, seconds, size: 1024 }))
    return use(measure, measure)
  })
}

/** A server process under the load of a process that is the same for both stacks; they live through all rounds. */
function httpsLoad(settings, { seconds }, use) {
  return withPeers(['node:tls', settings.stack], settings, async (load, server) => {
    const port = await server.call('serveHttps')
    const measure = async () => {
      const { cpu: before } = await server.call('resources')
      const { ca } = settings.identity
      const { count, wall, p99 } = await load.call('loadHttps', { port, ca, connections: httpsConnections, seconds })
      const { cpu: after } = await server.call('resources')
      return { rate: count / wall, p99: p99 * 1000, cpu: ((after - before) / count) * 1e6 }
    }
    return use(measure, measure)
  })
}

/** What each of many connections adds to the memory of a client process and a server process. */
async function idle(settings, connections) {
  return withPeers([settings.stack, settings.stack], settings, async (client, server) => {
    const port = await server.call('serveIdle')
    const memory = () => Promise.all([client.call('idleMemory'), server.call('idleMemory')])
    await client.call('openIdle', { port, count: warmUpConnections })
    await client.call('closeIdle')
    await server.call('closeIdle')
    const before = await memory()
    await client.call('openIdle', { port, count: connections }, idleTimeout)
    const after = await memory()
    for (const { sockets } of after) {
      if (sockets !== connections) throw new Error(`${sockets} connections are open and not ${connections}`)
    }
    const each = (end, member) => (after[end][member] - before[end][member]) / connections
    return {
      client: each(0, 'heapUsed') + each(0, 'external'),
      server: each(1, 'heapUsed') + each(1, 'external'),
      clientHeap: each(0, 'heapUsed'),
      serverHeap: each(1, 'heapUsed'),
      clientResident: each(0, 'rss'),
      serverResident: each(1, 'rss'),
    }
  })
}

function rateOf({ count, wall, cpu }) {
  return { rate: count / wall, cpu: (cpu / count) * 1e6 }
}

/** A handshake is a lot of code, and V8 compiles it well only after it has run so often. */
const warmUpHandshakes = 4000

/** Enough for what is made once, and for code to be compiled. */
const warmUpConnections = 200

/** Kept alive, with one request under way on each. */
const httpsConnections = 64

/** Seconds. What takes longer is broken. */
const bulkTimeout = 120
const idleTimeout = 120
const warmUpTimeout = 120
