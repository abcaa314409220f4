// Serves native histograms as client_golang exports them, of requests at a constant rate, under the names of several projects.
package main

import (
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Two of ten take more than a quarter of a second.
var seconds = []float64{0.02, 0.02, 0.04, 0.04, 0.08, 0.08, 0.2, 0.2, 0.4, 2}

type family struct {
	name string
	// Seconds in a unit of the histogram.
	unit float64
	// Labels that all requests have.
	labels prometheus.Labels
	// Label with the status, and its values of requests that succeed and fail; none if empty.
	status, good, bad string
}

var families = []family{
	{name: "http_request_duration_seconds", unit: 1, status: "code", good: "200", bad: "500"},
	{name: "http_server_request_duration_seconds", unit: 1, status: "http_response_status_code", good: "200", bad: "503",
		labels: prometheus.Labels{"http_request_method": "GET", "http_route": "/checkout"}},
	{name: "rpc_server_call_duration_seconds", unit: 1, status: "rpc_response_status_code", good: "OK", bad: "UNAVAILABLE",
		labels: prometheus.Labels{"rpc_system_name": "grpc", "rpc_method": "shop.Checkout/Pay"}},
	{name: "grpc_server_handling_seconds", unit: 1,
		labels: prometheus.Labels{"grpc_type": "unary", "grpc_service": "shop.Checkout", "grpc_method": "Pay"}},
	{name: "nginx_ingress_controller_request_duration_seconds", unit: 1, status: "status", good: "200", bad: "502",
		labels: prometheus.Labels{"namespace": "shop", "ingress": "web", "service": "web", "host": "example.com", "method": "GET"}},
	{name: "istio_request_duration_milliseconds", unit: 1000, status: "response_code", good: "200", bad: "503",
		labels: prometheus.Labels{"reporter": "destination", "destination_workload": "web", "destination_workload_namespace": "shop"}},
	{name: "envoy_http_downstream_rq_time", unit: 1000,
		labels: prometheus.Labels{"envoy_http_conn_manager_prefix": "ingress_http"}},
}

func main() {
	registry := prometheus.NewRegistry()
	for _, each := range families {
		go request(each, register(registry, each))
	}
	// With any free port: it is written to standard output.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(listener.Addr().String() + "\n"); err != nil {
		log.Fatal(err)
	}
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	log.Fatal(http.Serve(listener, nil))
}

func register(registry *prometheus.Registry, of family) *prometheus.HistogramVec {
	options := prometheus.HistogramOpts{
		Name:                        of.name,
		Help:                        "How long requests took.",
		ConstLabels:                 of.labels,
		NativeHistogramBucketFactor: 1.1,
	}
	var labels []string
	if of.status != "" {
		labels = []string{of.status}
	}
	histogram := prometheus.NewHistogramVec(options, labels)
	registry.MustRegister(histogram)
	return histogram
}

// The slowest request of ten fails.
func request(of family, histogram *prometheus.HistogramVec) {
	for range time.Tick(100 * time.Millisecond) {
		for i, each := range seconds {
			labels := prometheus.Labels{}
			if of.status != "" {
				labels[of.status] = of.good
				if i == len(seconds)-1 {
					labels[of.status] = of.bad
				}
			}
			histogram.With(labels).Observe(each * of.unit)
		}
	}
}
