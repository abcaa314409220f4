// Command pause is the first process of every Pod, and of the test node: it holds their namespaces and lets the kernel
// reap the orphans that it inherits.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signal.Ignore(syscall.SIGCHLD) // children that nobody waits for then leave no zombie: wait(2), NOTES
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
