// What the containers of the loop do: `node work.mjs '{"cores":0.1,"holdMiB":40}'`. No file of the tests imports this; it runs in Pods.
const MIB = 2 ** 20
const {
  cores = 0, // kept busy all the time
  burst = { cores: 0, seconds: 0, everySeconds: 1 }, // on top of that, again and again
  holdMiB = 0, // taken at once
  leakMiBPerSecond = 0,
  growMiBPerSecond = 0, // in this pace up to growToMiB, where it stays
  growToMiB = 0,
  leakUpToMiB = Number.POSITIVE_INFINITY, // where its own watchdog ends it
  runSeconds = Number.POSITIVE_INFINITY, // how long the job takes
} = JSON.parse(process.argv[2] ?? '{}')

const TICK_MILLISECONDS = 50
const startedAt = performance.now()
const seconds = () => (performance.now() - startedAt) / 1000

process.on('SIGTERM', () => process.exit(0))

// Filled, as pages that were never written to take no memory.
const held = [Buffer.alloc(holdMiB * MIB, 1)]
let leakedMiB = 0
let grownMiB = 0

setInterval(() => {
  const until = leakMiBPerSecond * seconds()
  while (leakedMiB + 1 <= until) {
    held.push(Buffer.alloc(MIB, 1))
    leakedMiB++
  }
  while (grownMiB + 1 <= Math.min(growToMiB, growMiBPerSecond * seconds())) {
    held.push(Buffer.alloc(MIB, 1))
    grownMiB++
  }
  if (leakedMiB >= leakUpToMiB) process.exit(1)
  if (seconds() >= runSeconds) process.exit(0)
  const isBurst = seconds() % burst.everySeconds < burst.seconds
  const busyMilliseconds = TICK_MILLISECONDS * (cores + (isBurst ? burst.cores : 0))
  for (const end = performance.now() + busyMilliseconds; performance.now() < end; );
}, TICK_MILLISECONDS)
