package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// A pen is what one guest says and changes. They wait for each answer, and say again what had none.
type pen struct {
	dice    *rand.Rand
	rooms   []string
	answers chan int64 // the ID of what is open; 0 if it could not be stored

	mu      sync.Mutex
	count   int
	open    *message.Message    // has no answer yet
	awaited string              // the Ref whose next answer counts
	refused int                 // how often something could not be stored
	stored  map[logEntry]string // what was acknowledged, as it was said
	reacted map[logEntry]bool   // what was acknowledged
	edited  map[logEntry]bool   // what they tried, and whether it was acknowledged
	latest  map[string]int64    // of their own, by room
}

// A logEntry is a message of a room, or a rev.
type logEntry struct {
	Room string
	ID   int64
}

const (
	applause = "👍"
	edited   = ", on second thought"
)

func newPen(dice *rand.Rand, rooms []string) *pen {
	return &pen{
		dice: dice, rooms: rooms, answers: make(chan int64, 1), stored: make(map[logEntry]string),
		reacted: make(map[logEntry]bool), edited: make(map[logEntry]bool), latest: make(map[string]int64),
	}
}

// write says one thing after the other until the socket ends, or the storm does.
func (g *guest) write(s *chattest.Socket, ended <-chan struct{}) {
	p := g.pen
	p.forget()
	for {
		m := p.next(g)
		if m == nil || s.TrySendMessage(*m) != nil {
			return
		}
		select {
		case <-ended:
			return
		case id := <-p.answers:
			if id == 0 {
				p.refuse()
				pause(ended, time.Duration(100+p.dice.IntN(200))*time.Millisecond)
				continue
			}
			p.store(m, id)
			g.storm.acknowledged.Add(1)
		}
		if m.Room != message.Lobby && p.dice.IntN(2) == 0 {
			g.change(m.Room)
		}
		pause(ended, time.Duration(p.dice.IntN(2*g.storm.pauses))*time.Millisecond)
	}
}

// next is what has no answer, or something new while the storm goes on.
func (p *pen) next(g *guest) *message.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil && !g.storm.over.Load() {
		p.count++
		room := message.Lobby
		if p.dice.IntN(2) == 0 {
			room = p.rooms[p.dice.IntN(len(p.rooms))]
		}
		ref := fmt.Sprintf("%s %d", g.Me.ID, p.count)
		p.open = &message.Message{MType: message.TextMType, Room: room, Ref: ref, TextMessage: &message.TextMessage{Content: ref}}
	}
	if p.open != nil {
		p.awaited = p.open.Ref
	}
	return p.open
}

// answered passes on the first answer to what was sent.
func (p *pen) answered(ref string, id int64) {
	if p == nil || ref == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.awaited == ref {
		p.awaited = ""
		p.answers <- id
	}
}

// forget drops an answer that came when nobody waited any more.
func (p *pen) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.awaited = ""
	select {
	case <-p.answers:
	default:
	}
}

func (p *pen) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused++
}

func (p *pen) store(m *message.Message, id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = nil
	p.stored[logEntry{m.Room, id}] = m.Ref
	p.latest[m.Room] = id
}

// change edits the last of their own in a room, or applauds what was last shown there.
func (g *guest) change(room string) {
	p := g.pen
	p.mu.Lock()
	at := logEntry{room, p.latest[room]}
	_, twice := p.edited[at]
	said := p.stored[at]
	p.mu.Unlock()
	if p.dice.IntN(2) == 0 && !twice {
		status, _, err := g.ask(http.MethodPatch, at.path(), fmt.Sprintf(`{"Content":%q}`, said+edited))
		p.mu.Lock()
		p.edited[at] = err == nil && status == http.StatusOK
		p.mu.Unlock()
		return
	}
	g.mu.Lock()
	for id := range g.logs[room].texts {
		at.ID = max(at.ID, id)
	}
	g.mu.Unlock()
	if status, _, err := g.ask(http.MethodPut, at.path()+"/reactions/"+applause, ""); err == nil && status == http.StatusOK {
		p.mu.Lock()
		p.reacted[at] = true
		p.mu.Unlock()
	}
}

func (p logEntry) path() string { return fmt.Sprintf("/api/v1/rooms/%s/messages/%d", p.Room, p.ID) }
