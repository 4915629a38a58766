import { styled } from './report.js'

/** Keeps the events of a trace with the time they came, milliseconds after the first. */
export function recordTrace() {
  const events = []
  let started
  const trace = (event) => {
    started ??= performance.now()
    events.push({ ...event, at: performance.now() - started })
  }
  return { events, trace }
}

/** A handshake as a client's trace tells it: one line for each message, and for data that follows in a row. */
export function printLadder(events) {
  console.log(styled('dim', `  ${''.padEnd(9)}client ${' '.repeat(laneWidth - 14)} server    what it settles`))
  for (const step of stepsOf(events)) {
    const time = styled('dim', step.at.toFixed(1).padStart(6))
    console.log(`  ${time}   ${lane(step)}  ${styled('dim', step.notes.join(', '))}`.trimEnd())
  }
}

function stepsOf(events) {
  const steps = []
  const epochs = { sent: 'plaintext', received: 'plaintext' }
  const add = (event, name, notes) => {
    const epoch = event.epoch ?? epochs[event.direction]
    steps.push({ at: event.at, direction: event.direction, epoch, name, notes })
  }
  for (const event of events) {
    const last = steps.at(-1)
    if (event.event === 'message') add(event, messageName(event), notesOf(event.type))
    else if (event.event === 'alert') add(event, `alert ${event.description}`, [])
    else if (event.event === 'keys') epochs[event.direction] = event.epoch
    else if (event.event === 'decision') last?.notes.push(`${decisions[event.what] ?? event.what}${event.value}`)
    else if (event.event === 'record' && event.contentType === changeCipherSpec)
      add(event, 'ChangeCipherSpec', ['means nothing; some middleboxes want it'])
    else if (event.event === 'record' && event.contentType === applicationData) {
      if (last?.data !== event.direction) {
        add(event, '', [])
        Object.assign(steps.at(-1), { data: event.direction, length: 0, records: 0 })
      }
      const step = steps.at(-1)
      step.length += event.length
      step.records++
      step.name = `data ${step.length} B${step.records > 1 ? ` in ${step.records} records` : ''}`
    }
  }
  return steps
}

/** Brackets as in the RFC: {} under handshake keys, [] under application keys. */
function lane({ direction, epoch, name }) {
  const [open, close] = brackets[epoch]
  const label = ` ${open}${name}${close} `
  const line = '─'.repeat(Math.max(2, laneWidth - label.length - 3))
  const coloured = styled(epoch === 'plaintext' ? 'yellow' : 'green', label)
  return direction === 'sent' ? `│ ${coloured}${line}▶│` : `│◀${line}${coloured} │`
}

function messageName({ type, bytes }) {
  const name = type.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())
  return `${name} ${bytes.length} B`
}

function notesOf(type) {
  return meanings[type] === undefined ? [] : [meanings[type]]
}

const meanings = {
  client_hello: 'versions, suites, groups, a key share, the name',
  certificate: "the server's chain",
  finished: 'a MAC over all messages so far',
  new_session_ticket: 'to resume with',
}

const decisions = {
  cipher_suite: '',
  group: '',
  signature_scheme: 'proves the key: ',
  alpn: 'ALPN ',
  psk: 'PSK ',
  hello_retry_request: 'try again with ',
}

const brackets = { plaintext: ['', ''], early: ['(', ')'], handshake: ['{', '}'], application: ['[', ']'] }

const changeCipherSpec = 20
const applicationData = 23
const laneWidth = 58
