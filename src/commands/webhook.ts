import { type Command, Option } from 'commander'
import { Port } from '../config/index.ts'
import { by } from './by.ts'
import { logLevelOption } from './log-level-option.ts'
import type { WebhookCommandOptions } from './webhook/run.ts'

/** Adds `plimsoll webhook`, which answers the API server in a cluster. */
export function addWebhookCommand(program: Command): void {
  program
    .command('webhook')
    .description('answer admission reviews in a cluster, with its Recommendations')
    .option('--config <file>', 'settings (YAML)')
    .option('--host <address>', 'listen on this address (default: all)')
    .option('--port <port>', 'serve the webhook (HTTPS) on this port', by(Port), 8443)
    .option('--ops-port <port>', 'serve probes and metrics (HTTP) on this port', by(Port), 8080)
    .option('--tls-cert <file>', 'serving certificate (PEM), reloaded when it changes')
    .option('--tls-key <file>', 'its key (PEM)')
    .addOption(
      new Option(
        '--tls-secret <name>',
        "serve with this Secret in Plimsoll's namespace instead, and watch it",
      ).conflicts(['tlsCert', 'tlsKey']),
    )
    .option(
      '--client-ca <file>',
      'answer with values only to callers with a client certificate of this authority (PEM)',
    )
    .option('--client-name <name>', 'with --client-ca: only if the subject of the certificate has this common name')
    .option('--path-keys <file>', 'answer with values only at paths with one of these keys, one per line')
    .addOption(logLevelOption())
    .action(async (options: WebhookCommandOptions, command: Command) => {
      if (!options.tlsSecret && !(options.tlsCert && options.tlsKey)) {
        command.error('error: give a certificate: --tls-secret <name>, or both --tls-cert <file> and --tls-key <file>')
      }
      if (options.clientName !== undefined && options.clientCa === undefined) {
        command.error(
          'error: --client-name is the name in a certificate: give its authority too, with --client-ca <file>',
        )
      }
      const { runWebhook } = await import('./webhook/run.ts')
      await runWebhook(options)
    })
}
