import type { ChannelBindingType } from '@typetls/connection'
import type { PortLike, PortMessage } from '../message-port.ts'
import type { PortFailure } from '../port-failure.ts'
import type { SecureSocketInfo, SocketInfo, StartTlsOptions } from '../socket.ts'
import type { SocketAddress } from '../transport.ts'
import type { ConnectOptions } from '../type-tls.ts'

/** From a page to its worker, with a port for the socket. */
export interface ConnectMessage {
  readonly typetls: 'connect'
  readonly address: SocketAddress | string
  readonly options: Omit<ConnectOptions, 'signal'>
}

/** From a page, and back as `pong`: whether the worker still runs. */
export interface PingMessage {
  readonly typetls: 'ping' | 'pong'
}

/** Over the port of a socket, from the page. */
export interface PageMessage {
  readonly stream?: PortMessage
  readonly close?: true
  readonly abort?: true
  /** With a port for the socket that goes on. */
  readonly startTls?: StartTlsOptions
  readonly question?: Question
}

/** Over the port of a socket, from the worker. */
export interface WorkerMessage {
  readonly stream?: PortMessage
  /** Without TLS, it is no SecureSocketInfo. */
  readonly opened?: SocketInfo | SecureSocketInfo
  readonly closed?: true
  readonly failed?: PortFailure
  readonly answer?: Answer
}

/** For `exportKeyingMaterial`, or for `channelBinding`. */
export interface Question {
  readonly id: number
  readonly exporter?: { readonly label: string; readonly context: Uint8Array; readonly length: number }
  readonly binding?: ChannelBindingType
}

export interface Answer {
  readonly id: number
  readonly bytes?: Uint8Array | undefined
  readonly failure?: PortFailure
}

/** The part of a socket's port that carries its streams. */
export function streamPort(post: (message: PortMessage, transfer?: ArrayBuffer[]) => void): PortLike {
  return {
    postMessage: (message, transfer) => post(message as PortMessage, transfer),
    close: () => undefined,
    onmessage: null,
  }
}

/** What is used of a MessagePort. */
export interface SocketPort {
  postMessage(message: unknown, transfer: object[]): void
  onmessage: ((event: { readonly data: never; readonly ports: readonly object[] }) => void) | null
}

/** Bytes that may wait in each direction. */
export const streamWindow = 262_144
