import { readFileSync } from 'node:fs'

/** What this process has used until now: CPU seconds, and the largest resident memory it ever had, bytes. */
export function resources() {
  const { user, system } = process.cpuUsage()
  return { cpu: (user + system) / 1e6, peak: peakMemory() }
}

/** Linux hands the parent's `maxRSS` down to a child, so it is asked for the memory of this program alone. */
function peakMemory() {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))
    return Number(kibibytes) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
