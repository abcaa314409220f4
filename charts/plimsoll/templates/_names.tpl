{{- define "plimsoll.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* Names of objects have suffixes of up to 11 characters, and the name of a Service may have 63. */}}
{{- define "plimsoll.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "plimsoll.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "plimsoll.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "plimsoll.selectorLabels" -}}
app.kubernetes.io/name: {{ include "plimsoll.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels that all objects of a release have. */}}
{{- define "plimsoll.releaseLabels" -}}
app.kubernetes.io/part-of: plimsoll
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "plimsoll.labels" -}}
{{ include "plimsoll.selectorLabels" . }}
{{ include "plimsoll.releaseLabels" . }}
{{- end -}}

{{/* The learner's Pods have another name than the webhook's, whose Service must not find them. */}}
{{- define "plimsoll.learnerName" -}}
{{- include "plimsoll.fullname" . }}-learner
{{- end -}}

{{- define "plimsoll.learnerSelector" -}}
app.kubernetes.io/name: {{ include "plimsoll.name" . }}-learner
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "plimsoll.learnerLabels" -}}
{{ include "plimsoll.learnerSelector" . }}
app.kubernetes.io/component: learner
{{ include "plimsoll.releaseLabels" . }}
{{- end -}}

{{/* Two accounts: the process that parses untrusted input must not have the rights of the one that writes. */}}
{{- define "plimsoll.webhookAccount" -}}
{{- default (include "plimsoll.fullname" .) .Values.webhook.serviceAccount.name -}}
{{- end -}}

{{- define "plimsoll.learnerAccount" -}}
{{- default (include "plimsoll.learnerName" .) .Values.learner.serviceAccount.name -}}
{{- end -}}

{{/* The Secret in which the learner publishes running Pods for the dashboard. */}}
{{- define "plimsoll.fleetSecret" -}}
{{- include "plimsoll.fullname" . }}-fleet
{{- end -}}

{{- define "plimsoll.image" -}}
{{- with .Values.image -}}
{{- .repository -}}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the serving certificate. */}}
{{- define "plimsoll.tlsSecret" -}}
{{- if eq .Values.certificates.mode "existing" -}}
{{- .Values.certificates.existingSecret -}}
{{- else -}}
{{- include "plimsoll.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/* The Secret with the certificate authority that signs it, in mode self-managed. */}}
{{- define "plimsoll.caSecret" -}}
{{- include "plimsoll.fullname" . }}-ca
{{- end -}}

{{/*
The path of a mode in the registration, or nothing where the learner keeps it: a path that is not in the manifest is not reverted by an
upgrade. Only where Helm has given it once, the manifest must repeat what is there, or Helm would remove it (docs/decisions/0086).
*/}}
{{- define "plimsoll.path" -}}
{{- $plain := printf "/mutate/%s" .mode -}}
{{- if ne .root.Values.certificates.mode "self-managed" -}}
{{- $plain -}}{{- with .root.Values.webhook.pathKeys -}}/{{- first . -}}{{- end -}}
{{- else -}}
{{- range .live.webhooks -}}
{{- $path := dig "clientConfig" "service" "path" "" . -}}
{{- if and (eq .name (printf "%s.plimsoll.dev" $.mode)) (or $.isGiven (eq $path $plain)) -}}
{{- $path -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "plimsoll.pathKeysSecret" -}}
{{- include "plimsoll.fullname" . }}-path
{{- end -}}

{{/* The DNS name that the certificate must have for the API server. */}}
{{- define "plimsoll.serverName" -}}
{{- include "plimsoll.fullname" . }}.{{ .Release.Namespace }}.svc
{{- end -}}

{{/* Another name than the webhook's, whose Service must not find the dashboard's Pods. */}}
{{- define "plimsoll.dashboardSelector" -}}
app.kubernetes.io/name: {{ include "plimsoll.name" . }}-dashboard
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "plimsoll.dashboardLabels" -}}
{{ include "plimsoll.dashboardSelector" . }}
app.kubernetes.io/component: dashboard
{{ include "plimsoll.releaseLabels" . }}
{{- end -}}

{{/* Not empty where targets of HPAs may be changed together with requests. */}}
{{- define "plimsoll.keepsScalePoint" -}}
{{- if and (ne (include "plimsoll.applyRunning" .) "never") (eq (dig "autoscalers" "hold" .Values.settings) "keepScalePoint") }}true{{ end -}}
{{- end -}}

{{/* What may happen to running Pods. Values of an older release lack the setting; the program has the same default. */}}
{{- define "plimsoll.applyRunning" -}}
{{- dig "apply" "running" "inPlace" .Values.settings -}}
{{- end -}}

{{/* Not empty if the installed release changes no running Pods. Only for the notes: objects must not depend on what is installed. */}}
{{- define "plimsoll.leftRunningPods" -}}
{{- with lookup "v1" "ConfigMap" .Release.Namespace (include "plimsoll.fullname" .) -}}
{{- if eq (dig "apply" "running" "never" (fromYaml (index .data "config.yaml"))) "never" }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* Namespaces of experiments as a list in CEL; empty where there are none. */}}
{{- define "plimsoll.experimentNamespaces" -}}
{{- $experiments := .Values.experiments | default dict -}}
{{- if and $experiments.enabled $experiments.namespaces -}}
{{- $quoted := list -}}
{{- range $experiments.namespaces }}{{ $quoted = append $quoted (printf "'%s'" .) }}{{ end -}}
[{{ join ", " $quoted }}]
{{- end -}}
{{- end -}}
