package main

import (
	"fmt"
	"net/http"
	"syscall"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// killNode is kill -9. Some of the people who were there do not come back.
func (s *storm) killNode() {
	i := s.dice.IntN(len(s.nodes))
	s.t.Logf("node %d is killed", i)
	for _, g := range s.guests {
		g.mu.Lock()
		g.mortal = g.node == i && g.pen == nil && s.dice.IntN(4) == 0
		g.mu.Unlock()
	}
	s.nodes[i].kill()
	s.awaitAll()
	s.flow("at the others")
	s.start(i)
}

// freezeNode has a node hang in whatever it does: the others go on, and so does it afterwards.
func (s *storm) freezeNode() {
	i := s.dice.IntN(len(s.nodes))
	s.t.Logf("node %d hangs", i)
	over := time.After(s.size.outage)
	require.NoError(s.t, s.nodes[i].cmd.Process.Signal(syscall.SIGSTOP))
	s.flow("while a node hangs")
	<-over
	require.NoError(s.t, s.nodes[i].cmd.Process.Signal(syscall.SIGCONT))
	s.awaitReady(i, http.StatusOK)
}

// stopPostgres has the database stop, crash or hang: everyone who says something is told.
func (s *storm) stopPostgres() {
	way := []string{"stopped", "killed", "paused"}[s.dice.IntN(3)]
	s.t.Log("PostgreSQL is", way)
	before := make(map[*guest]int)
	for _, g := range s.guests[:s.size.writers] {
		before[g] = g.pen.refusals()
	}
	over := time.After(s.size.outage)
	switch way {
	case "stopped":
		s.postgres.Stop()
	case "killed":
		s.postgres.Kill()
	case "paused":
		s.postgres.Pause()
	}
	for i := range s.nodes {
		s.awaitReady(i, http.StatusServiceUnavailable)
	}
	s.until(func() bool {
		for g, refused := range before {
			if g.pen.refusals() == refused {
				return false
			}
		}
		return true
	}, "all who say something are told that it was not stored")
	<-over
	if way == "paused" {
		s.postgres.Resume()
	} else {
		s.postgres.Start()
	}
	for i := range s.nodes {
		s.awaitReady(i, http.StatusOK)
	}
}

// cutBus parts two nodes: what is said meanwhile reaches everyone all the same.
func (s *storm) cutBus() {
	i, state := s.dice.IntN(len(s.nodes)), broken+cableState(s.dice.IntN(2))
	j := (i + 1) % len(s.nodes)
	s.t.Logf("the bus between node %d and node %d is %s", i, j, map[cableState]string{broken: "broken", silent: "silent"}[state])
	s.wire(i, j, state)
	over := time.After(s.size.outage)
	s.flow("over a cut bus")
	<-over
	s.whisper(i)
	s.whisper(j)
	s.until(func() bool {
		for _, g := range s.guests {
			if _, mortal := g.where(); !mortal && g.rev(s.quiet) < s.whispers {
				return false
			}
		}
		return true
	}, "what is said over a cut bus reaches everyone, though nothing follows it")
	s.wire(i, j, joined)
}

// whisper says something where nobody else speaks, at a node.
func (s *storm) whisper(node int) {
	s.whispers++
	body := fmt.Sprintf(`{"TextMessage":{"Content":"whisper %d"}}`, s.whispers)
	require.Equal(s.t, http.StatusCreated, s.at(node, s.maker).Post("/api/v1/rooms/"+s.quiet+"/messages", body, nil))
}

// restartAll restarts one node after the other. Who was there is told when to come back.
func (s *storm) restartAll() {
	for i, n := range s.nodes {
		s.t.Logf("node %d is restarted", i)
		there := s.guestsAt(i)
		n.terminate()
		require.Zero(s.t, n.wait(), "exit code of node %d", i)
		for _, g := range there {
			g.mu.Lock()
			if !assert.Regexp(s.t, restartHint, g.farewells[i], "%s at node %d", g.Me.Name, i) {
				s.blamed.Add(1)
			}
			g.mu.Unlock()
		}
		s.awaitAll()
		s.flow("while node " + fmt.Sprint(i) + " is away")
		s.start(i)
	}
}

// calm lets everyone finish what they wanted to say, and some who said nothing go home.
func (s *storm) calm() {
	s.over.Store(true)
	s.until(func() bool {
		for _, g := range s.guests[:s.size.writers] {
			if !g.pen.done() {
				return false
			}
		}
		return true
	}, "everything that was said is answered")
	for _, g := range s.guests[s.size.writers:] {
		if s.dice.IntN(5) == 0 {
			g.goHome()
		}
	}
}

func (s *storm) guestsAt(node int) (there []*guest) {
	for _, g := range s.guests {
		if at, _ := g.where(); at == node {
			there = append(there, g)
		}
	}
	return there
}
