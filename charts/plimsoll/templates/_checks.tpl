{{/* Checks that the schema cannot express. Each message names the value, what is wrong with it, and what is expected. */}}
{{- define "plimsoll.checks" -}}
{{- if not .Values.image.repository -}}
{{- fail "\n\nimage.repository is empty: this chart is not from a release. Set the repository of the image, such as\n--set image.repository=registry.example.com/plimsoll\n" -}}
{{- end -}}

{{- range $resource := list "cpu" "memory" -}}
  {{- $bounds := get $.Values.settings.bounds $resource -}}
  {{- $path := printf "settings.bounds.%s" $resource -}}
  {{- $min := include "plimsoll.quantity" (dict "path" (printf "%s.min" $path) "value" $bounds.min) | float64 -}}
  {{- $max := include "plimsoll.quantity" (dict "path" (printf "%s.max" $path) "value" $bounds.max) | float64 -}}
  {{- if gt $min $max -}}
    {{- fail (printf "\n\n%s.min is %v, which is above %s.max, %v: no value is between them.\n" $path $bounds.min $path $bounds.max) -}}
  {{- end -}}
  {{- include "plimsoll.quantity" (dict "path" (printf "settings.minimumChange.%s" $resource) "value" (get $.Values.settings.minimumChange $resource)) | trunc 0 -}}
{{- end -}}

{{- with .Values.certificates -}}
  {{- if eq .mode "existing" -}}
    {{- if not .existingSecret -}}
      {{- fail "\n\ncertificates.existingSecret is empty, and certificates.mode is existing: name the Secret that holds tls.crt and tls.key,\nin the namespace of the release.\n" -}}
    {{- end -}}
    {{- if not (contains "-----BEGIN CERTIFICATE-----" .ca) -}}
      {{- fail "\n\ncertificates.ca is not a PEM certificate, and certificates.mode is existing: give the authority that signed the certificate,\nsuch as --set-file certificates.ca=ca.crt, or the API server will not trust the webhook.\n" -}}
    {{- end -}}
  {{- else if or .existingSecret .ca -}}
    {{- fail (printf "\n\ncertificates.existingSecret and certificates.ca are for certificates.mode existing, and it is %s: leave them out, or\nset certificates.mode=existing.\n" .mode) -}}
  {{- end -}}
  {{- if and .issuerRef (ne .mode "cert-manager") -}}
    {{- fail (printf "\n\ncertificates.issuerRef is for certificates.mode cert-manager, and it is %s: leave it out, or set\ncertificates.mode=cert-manager.\n" .mode) -}}
  {{- end -}}
  {{- if and .issuerRef (not .issuerRef.name) -}}
    {{- fail "\n\ncertificates.issuerRef has no name: expected an issuer of cert-manager, such as {name: cluster-ca, kind: ClusterIssuer}.\n" -}}
  {{- end -}}
{{- end -}}

{{- if and .Values.webhook.pathKeys (eq .Values.certificates.mode "self-managed") -}}
  {{- fail "\n\nwebhook.pathKeys are for certificates.mode cert-manager and existing, and it is self-managed: leave them out, Plimsoll makes\nits own.\n" -}}
{{- end -}}
{{- if and .Values.webhook.clientCa (not (contains "-----BEGIN CERTIFICATE-----" .Values.webhook.clientCa)) -}}
  {{- fail "\n\nwebhook.clientCa is not a PEM certificate: give the authority that signed the API server's client certificate, such as\n--set-file webhook.clientCa=ca.crt.\n" -}}
{{- end -}}
{{- if and .Values.webhook.clientName (not .Values.webhook.clientCa) -}}
  {{- fail "\n\nwebhook.clientName is the name in a certificate, and webhook.clientCa is empty: give the authority of that certificate.\n" -}}
{{- end -}}

{{- /* Both cap their heaps by the limit that they find: half of it, and what src/supervisor/heap.ts says. */ -}}
{{- include "plimsoll.memoryLimit" (dict "path" "webhook" "resources" .Values.webhook.resources "outside" 192) | trunc 0 -}}
{{- include "plimsoll.memoryLimit" (dict "path" "learner" "resources" .Values.learner.resources "outside" 160) | trunc 0 -}}
{{- if .Values.dashboard.enabled -}}
{{- include "plimsoll.memoryLimit" (dict "path" "dashboard" "resources" .Values.dashboard.resources "outside" 192) | trunc 0 -}}
{{- end -}}

{{- range $path, $account := dict "webhook.serviceAccount" .Values.webhook.serviceAccount "learner.serviceAccount" .Values.learner.serviceAccount -}}
  {{- if not (or $account.create $account.name) -}}
    {{- fail (printf "\n\n%s.name is empty, and %s.create is false: name the service account that is there already.\n" $path $path) -}}
  {{- end -}}
{{- end -}}
{{- if eq (include "plimsoll.webhookAccount" .) (include "plimsoll.learnerAccount" .) -}}
  {{- fail (printf "\n\nwebhook.serviceAccount.name and learner.serviceAccount.name are both %s: the webhook, which parses untrusted input, would\nhave the rights of the learner; expected different accounts.\n" (include "plimsoll.webhookAccount" .)) -}}
{{- end -}}

{{- if eq (int .Values.webhook.port) (int .Values.webhook.opsPort) -}}
  {{- fail (printf "\n\nwebhook.port and webhook.opsPort are both %v: expected different ones.\n" .Values.webhook.port) -}}
{{- end -}}
{{- range $path, $port := dict "webhook.port" .Values.webhook.port "webhook.opsPort" .Values.webhook.opsPort -}}
  {{- if and $.Values.webhook.hostNetwork (lt (int $port) 1024) -}}
    {{- fail (printf "\n\n%s is %v with webhook.hostNetwork: expected 1024 or more, as nothing here runs as root.\n" $path $port) -}}
  {{- end -}}
{{- end -}}

{{- $podLabels := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/part-of" -}}
{{- $labels := concat $podLabels (list "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart") -}}
{{- range $name, $taken := dict "podLabels" $podLabels "commonLabels" $labels -}}
  {{- range $label, $_ := get $.Values $name | default dict -}}
    {{- if has $label $taken -}}
      {{- fail (printf "\n\n%s has %s, which the chart sets: expected labels with other names.\n" $name $label) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{- range $component := list "webhook" "learner" "dashboard" -}}
  {{- range (get $.Values $component).extraEnv -}}
    {{- if has .name (list "NODE_OPTIONS" "POD_NAME") -}}
      {{- fail (printf "\n\n%s.extraEnv has %s, which the chart sets: the heap follows from %s.resources.limits.memory.\n" $component .name $component) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{- range $way := list "ingress" "httpRoute" -}}
  {{- if and (get $.Values.dashboard $way | default dict).enabled (not $.Values.dashboard.enabled) -}}
    {{- fail (printf "\n\ndashboard.%s.enabled is true, and dashboard.enabled is false: there would be nothing behind it.\n" $way) -}}
  {{- end -}}
{{- end -}}
{{- with .Values.dashboard.httpRoute | default dict -}}
  {{- if and .enabled (not .parentRefs) -}}
    {{- fail "\n\ndashboard.httpRoute.parentRefs is empty: name the Gateway, such as [{name: public, namespace: gateways}].\n" -}}
  {{- end -}}
{{- end -}}
{{- if and (eq (.Values.dnsPolicy | default "") "None") (not (.Values.dnsConfig | default dict).nameservers) -}}
  {{- fail "\n\ndnsPolicy is None, and dnsConfig.nameservers is empty: the Pods would find no host.\n" -}}
{{- end -}}
{{- end -}}
