// Serves native histograms as client_golang exports them, of requests at a constant rate.
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

func main() {
	latency := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:                        "http_request_duration_seconds",
		Help:                        "How long requests took.",
		NativeHistogramBucketFactor: 1.1,
	}, []string{"code"})
	registry := prometheus.NewRegistry()
	registry.MustRegister(latency)
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			for _, each := range seconds {
				latency.WithLabelValues("200").Observe(each)
			}
		}
	}()
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
