// Command service answers HTTP requests that cost CPU time, so that its latency depends on the CPU that it gets, and measures
// its latency with the Prometheus client as services do: GET /metrics. It may hold memory, and call another service for each request.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sys/unix"
)

var (
	listen = flag.String("listen", ":8080", "address to listen on")
	mean   = flag.Duration("cpu", 3*time.Millisecond, "mean CPU time of a request; single requests take 0 to 8 times as much")
	holds  = flag.Int("memory", 0, "MiB of memory that it holds, as for a cache")
	calls  = flag.String("calls", "", "URL that each request calls, as for another service of the application")
	most   = flag.Int64("most", 500, "requests in flight above which more are refused with 503")

	inFlight = promauto.NewGauge(prometheus.GaugeOpts{
		Name: "http_requests_in_flight",
		Help: "Requests that are being answered.",
	})
	duration = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "http_request_duration_seconds",
		Help:    "How long requests took.",
		Buckets: prometheus.DefBuckets,
	}, []string{"code", "method"})

	admitted atomic.Int64
	// Connections are kept, as between services.
	client = &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 256},
	}
	// How long each request waits, as for a slow database, in nanoseconds.
	waiting atomic.Int64
)

func main() {
	flag.Parse()
	if err := hold(*holds << 20); err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	work := promhttp.InstrumentHandlerDuration(duration, http.HandlerFunc(work))
	mux.Handle("GET /work", promhttp.InstrumentHandlerInFlight(inFlight, work))
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.HandleFunc("PUT /waiting", setWaiting)
	server := &http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 10 * time.Second}

	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		<-ended.Done()
		_ = server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

func work(answer http.ResponseWriter, request *http.Request) {
	if admitted.Add(1) > *most {
		admitted.Add(-1)
		http.Error(answer, "too many requests in flight", http.StatusServiceUnavailable)
		return
	}
	defer admitted.Add(-1)
	time.Sleep(time.Duration(waiting.Load()))
	burn(time.Duration(min(rand.ExpFloat64(), 8) * float64(*mean)))
	if err := call(request.Context()); err != nil {
		http.Error(answer, err.Error(), http.StatusBadGateway)
		return
	}
	answer.WriteHeader(http.StatusOK)
}

// call calls the other service, if there is one.
func call(ctx context.Context) error {
	if *calls == "" {
		return nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, *calls, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", *calls, answer.StatusCode)
	}
	return nil
}

// burn uses CPU time, however long that takes: where the kernel holds the thread back at a CPU limit, or other threads share its
// core, longer than the CPU time.
func burn(cpu time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	block := make([]byte, 4096)
	for end := threadTime() + cpu; threadTime() < end; {
		_ = sha256.Sum256(block)
	}
}

// threadTime is the CPU time that this thread has used.
func threadTime() time.Duration {
	var used unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &used); err != nil {
		log.Fatal(err)
	}
	return time.Duration(used.Nano())
}

// hold keeps so many bytes in use until the process ends, outside of the heap, so that what it needs does not depend on when the
// garbage collector runs.
func hold(bytes int) error {
	if bytes == 0 {
		return nil
	}
	memory, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return fmt.Errorf("holding %d bytes: %w", bytes, err)
	}
	// Memory is in use once it has been written to.
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	return nil
}

// setWaiting makes each request wait for so many ?milliseconds= before it uses CPU.
func setWaiting(answer http.ResponseWriter, request *http.Request) {
	milliseconds, err := strconv.ParseUint(request.URL.Query().Get("milliseconds"), 10, 16)
	if err != nil {
		http.Error(answer, "expected ?milliseconds= with a whole number up to 65535", http.StatusBadRequest)
		return
	}
	waiting.Store(int64(time.Duration(milliseconds) * time.Millisecond))
}
