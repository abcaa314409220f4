import { type Command, Option } from 'commander'
import { Port } from '../config/index.ts'
import { LOG_LEVELS } from '../telemetry/index.ts'
import { by } from './by.ts'
import type { WebhookCommandOptions } from './webhook/run.ts'

/** `plimsoll webhook`: answers the API server, in a cluster. */
export function addWebhookCommand(program: Command): void {
  program
    .command('webhook')
    .description('answer admission reviews in a cluster, with the recommendations that it holds')
    .option('--config <file>', 'settings (YAML)')
    .option('--host <address>', 'listen on this address', '::')
    .option('--port <port>', 'serve the webhook (HTTPS) on this port', by(Port), 8443)
    .option('--ops-port <port>', 'serve probes and metrics (HTTP) on this port', by(Port), 8080)
    .requiredOption('--tls-cert <file>', 'serving certificate (PEM), read anew when it changes')
    .requiredOption('--tls-key <file>', 'its key (PEM)')
    .addOption(new Option('--log-level <level>', 'what to log').choices(LOG_LEVELS).default('info'))
    .action(async (options: WebhookCommandOptions) => {
      const { runWebhook } = await import('./webhook/run.ts')
      await runWebhook(options)
    })
}
