package socket

import (
	"io"
	"slices"
	"strings"
	"testing"
)

// One message of 100 bytes, from a client that sends many at once.
func BenchmarkReceive(b *testing.B) {
	conns := make(chan *Conn, 1)
	c := dial(b, serve(b, Options{}, func(c *Conn) { conns <- c; <-c.Done() }))
	conn := <-conns
	batch := slices.Concat(slices.Repeat([][]byte{text(strings.Repeat("x", 100))}, 100)...)
	go func() {
		for {
			if _, err := c.tcp.Write(batch); err != nil {
				return
			}
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Receive(); err != nil {
			b.Fatal(err)
		}
	}
	conn.CloseNow()
}

// One Write of a frame of 345 bytes, and what the same bytes cost without us.
func BenchmarkWrite(b *testing.B) {
	conns := make(chan *Conn, 1)
	c := dial(b, serve(b, Options{}, func(c *Conn) { conns <- c; <-c.Done() }))
	conn := <-conns
	drain(c)
	frame := serverFrame(1, make([]byte, 341))
	b.Run("Conn", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := conn.Write(frame); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net.Conn", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := conn.tcp.Write(frame); err != nil {
				b.Fatal(err)
			}
		}
	})
	conn.CloseNow()
}

// drain reads all that comes and forgets it.
func drain(c *client) {
	go func() { _, _ = io.Copy(io.Discard, c.in) }()
}
