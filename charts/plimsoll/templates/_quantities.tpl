{{/* A quantity in base units (cores, bytes), as a number; fails for anything else. Takes path and value. */}}
{{- define "plimsoll.quantity" -}}
{{- $text := toString .value -}}
{{- if kindIs "float64" .value -}}{{- $text = printf "%v" .value -}}{{- end -}}
{{- $suffixes := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 -}}
{{- $number := regexFind "^[0-9]+(\\.[0-9]+)?" $text -}}
{{- $suffix := trimPrefix $number $text -}}
{{- if or (eq $number "") (not (hasKey $suffixes $suffix)) (le (float64 $number) 0.0) -}}
{{- fail (printf "\n\n%s is %q: expected a quantity above 0, such as 250m or 64Mi.\n" .path $text) -}}
{{- end -}}
{{- mulf (float64 $number) (get $suffixes $suffix) -}}
{{- end -}}

{{/*
Refuses a container whose memory limit leaves no heap beside what Node.js holds outside it (code, stacks, young generation,
buffers). Takes path, resources and outside (MiB).
*/}}
{{- define "plimsoll.memoryLimit" -}}
{{- $path := printf "%s.resources.limits.memory" .path -}}
{{- $limit := (.resources.limits | default dict).memory -}}
{{- if not $limit -}}
{{- fail (printf "\n\n%s is missing: expected a memory limit such as 512Mi, which determines the heap limit of Node.js.\n" $path) -}}
{{- end -}}
{{- $mebibytes := divf (float64 (include "plimsoll.quantity" (dict "path" $path "value" $limit))) 1048576.0 | floor | int -}}
{{- $least := add .outside 64 -}}
{{- if lt $mebibytes (int $least) -}}
{{- fail (printf "\n\n%s is %v: expected at least %dMi, of which Node.js takes %dMi outside its heap.\n" $path $limit $least .outside) -}}
{{- end -}}
{{- end -}}
