import net from 'node:net'
import { hostname } from 'node:os'
import { connect } from '../node-tls/connect.ts'
import { TlsSocket } from '../socket/tls-socket.ts'
import { nextChunk, plainFirst, unprotectedBytes, upgradeRefused } from './plain-first.ts'
import type { GivenOptions, PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** What we need of a transport's options. */
export interface MailDestination {
  readonly host?: string | undefined
  readonly port?: number | string | undefined
  /** TLS from the first byte; otherwise by STARTTLS. Default: whether the port is 465. */
  readonly secure?: boolean | undefined
  readonly localAddress?: string | undefined
  readonly tls?: GivenOptions | undefined
  /** Whom we say we are. */
  readonly name?: string | undefined
  readonly lmtp?: boolean | undefined
  /** Milliseconds. */
  readonly connectionTimeout?: number | undefined
}

/** nodemailer's callback. */
export type MailSocketCallback = (
  error: Error | null,
  socket?: { connection: TlsSocket; secured: true; secure: true },
) => void

/**
 * For the option `getSocket` of nodemailer's SMTP transports: TLS from the first byte with `secure: true`, otherwise by
 * STARTTLS, which we ask for ourselves; nodemailer then meets a server that is secure already. One without TLS is refused,
 * never spoken to in the clear. https://www.rfc-editor.org/rfc/rfc3207
 */
export function nodemailerSocket(
  options: PlugOptions = {},
): (destination: MailDestination, callback: MailSocketCallback) => void {
  return (destination, callback) => {
    const { port, secure = Number(port) === 465, connectionTimeout = 120_000 } = destination
    const socket = secure ? dial(destination, options) : dialPlainly(destination, options)
    const late = (): void => void socket.destroy(connectionTimedOut())
    const failed = (error: Error): void => callback(error)
    socket.setTimeout(connectionTimeout, late)
    socket.once('error', failed)
    socket.once('secureConnect', () => {
      // Nobody listens for data yet, so the greeting waits for the transport.
      socket.setTimeout(0).off('timeout', late).off('error', failed)
      // After STARTTLS there is none. That of before was not protected, so this is ours.
      if (!secure) socket.unshift('220 TLS\r\n', 'latin1')
      callback(null, { connection: socket, secured: true, secure: true })
    })
  }
}

function dial({ host = 'localhost', port, localAddress, tls }: MailDestination, options: PlugOptions): TlsSocket {
  return connect(connectOptions(tls, options, { host, port: port ?? 465, localAddress }))
}

function dialPlainly(destination: MailDestination, options: PlugOptions): TlsSocket {
  const { host = 'localhost', port = 587, localAddress, tls } = destination
  const secured = connectOptions(tls, options, { host })
  const { family, lookup, autoSelectFamily } = secured
  const where = { host, port: Number(port), localAddress, family, lookup, autoSelectFamily }
  const transport = net.connect(where as net.TcpNetConnectOpts)
  const setup = plainFirst(
    transport,
    secured,
    () => secured,
    () => startTls(transport, destination),
  )
  return new TlsSocket(transport, setup)
}

/** https://www.rfc-editor.org/rfc/rfc3207#section-4 */
async function startTls(transport: net.Socket, { name = ownName(), lmtp }: MailDestination): Promise<void> {
  await replyOf(transport, 220)
  transport.write(`${lmtp === true ? 'LHLO' : 'EHLO'} ${name.replace(/[\r\n]+/g, '')}\r\n`)
  const abilities = await replyOf(transport, 250)
  if (!/^250[ -]STARTTLS\r?$/im.test(abilities)) throw upgradeRefused('the mail server has no STARTTLS', abilities)
  transport.write('STARTTLS\r\n')
  await replyOf(transport, 220)
}

/** One reply, of however many lines. */
async function replyOf(transport: net.Socket, wanted: number): Promise<string> {
  let text = ''
  let end: RegExpExecArray | null = null
  while (end === null) {
    text += (await nextChunk(transport)).toString('latin1')
    if (text.length > longestReply) throw upgradeRefused('the mail server replies without end', text.length)
    end = lastLine.exec(text)
  }
  if (Number(end[1]) !== wanted) throw upgradeRefused('the mail server does not start TLS', text)
  const behind = text.length - end.index - end[0].length
  if (behind > 0) throw unprotectedBytes(behind)
  return text
}

/** As nodemailer calls a host without a name of its own. https://www.rfc-editor.org/rfc/rfc5321#section-4.1.3 */
function ownName(): string {
  const name = hostname()
  return name.includes('.') ? name : '[127.0.0.1]'
}

function connectionTimedOut(): Error {
  return Object.assign(new Error('Connection timeout'), { code: 'ETIMEDOUT' })
}

const lastLine = /^(\d{3})(?: [^\n]*)?\r?\n/m

/** Characters. Servers have a few hundred to say. */
const longestReply = 65536
