package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A usage is what a server has used so far, and holds now.
type usage struct {
	cpu      time.Duration // user and system
	database time.Duration // of PostgreSQL
	resident int64         // bytes
}

// usage reads /proc, where there is one, for all nodes together; elsewhere, and of a server that is not
// ours and was given no --pid, it is unknown, which is zero.
func (s *server) usage() (sum usage) {
	if s.pid == 0 {
		return usage{}
	}
	groups := map[int64]bool{int64(s.pid): true}
	for _, other := range s.others {
		groups[int64(other.pid)] = true
	}
	postmaster := s.people.postmaster()
	paths, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well-formed
	for _, path := range paths {
		p := readStat(path)
		switch id := p.field(pid); {
		case s.grouped && groups[p.field(pgrp)], !s.grouped && id == int64(s.pid):
			sum.cpu += p.ticks(utime, stime)
			sum.resident += p.field(rss) * int64(os.Getpagesize())
		case postmaster == 0:
		case id == postmaster:
			sum.database += p.ticks(utime, stime, cutime, cstime) // with those of its own that have ended
		case p.field(ppid) == postmaster:
			sum.database += p.ticks(utime, stime)
		}
	}
	return sum
}

// memory is what the heaps and stacks of all nodes hold after a garbage collection, in bytes; 0 if they
// do not tell. The numbers stand at the end of Go's heap profile as text.
func (s *server) memory(ctx context.Context) (bytes int64, err error) {
	if s.profiles == "" {
		return 0, nil
	}
	for range 4 { // what lies in a sync.Pool, or has a finalizer, outlives one collection
		if bytes, err = s.inUse(ctx); err != nil {
			return 0, fmt.Errorf("ask for memory: %w", err)
		}
	}
	for _, other := range s.others {
		more, err := other.memory(ctx)
		if err != nil {
			return 0, err
		}
		bytes += more
	}
	return bytes, nil
}

func (s *server) inUse(ctx context.Context) (sum int64, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(s.profiles, "/")+"/heap?gc=1&debug=1", nil)
	if err != nil {
		return 0, err
	}
	response, err := s.http.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, refusal(response)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		// # HeapAlloc = 123 and # Stack = 123 / 456
		words := strings.Fields(lines.Text())
		if len(words) >= 4 && words[0] == "#" && (words[1] == "HeapAlloc" || words[1] == "Stack") {
			n, err := strconv.ParseInt(words[3], 10, 64)
			if err != nil {
				return 0, err
			}
			sum += n
		}
	}
	return sum, lines.Err()
}

// counting dials so that what comes over the wire is counted.
func counting(bytes *atomic.Int64) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return counted{conn, bytes}, nil
	}
}

type counted struct {
	net.Conn
	bytes *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}
