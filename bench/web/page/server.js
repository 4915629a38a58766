// A server in a worker of the page: answers a number with so many bytes, as often as it is asked.
import { fromStreams, messagePortTransport, serverRole } from '@typetls/web-adapter'

let identity
const chunk = new Uint8Array(65_536).fill(7)

globalThis.onmessage = async ({ data }) => {
  if (data.identity !== undefined) {
    ;({ identity } = data)
    globalThis.postMessage('ready')
    return
  }
  const socket = fromStreams(messagePortTransport(data.port), { role: serverRole, ...identity })
  try {
    await serve(socket)
  } catch {
    // The other side went, as it does after each measurement.
  }
}

async function serve({ readable, writable }) {
  const writer = writable.getWriter()
  for await (const request of readable.pipeThrough(new TextDecoderStream())) {
    let left = Number(request)
    for (; left > 0; left -= chunk.length) await writer.write(left < chunk.length ? chunk.subarray(0, left) : chunk)
  }
}
