package files

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrBusy is a picture that nobody will find the time to look at soon.
var ErrBusy = errors.New("files: too many pictures are waiting")

// How many pictures may wait: of one person, as many as a message may have, and in all.
const (
	mostWaiting    = 10
	mostWaitingAll = 200
)

// painting has pictures decoded one at a time, by turns between the people who sent them: who sends ten
// does not keep anybody waiting for more than one.
type painting struct {
	mu      sync.Mutex
	busy    bool
	whose   string                     // picture is looked at, if busy
	people  []string                   // who comes after, in the order of their turns
	waiting map[string][]chan struct{} // by person; closed when it is their turn
	all     int
}

// wait returns when it is a person's turn, which lasts until done is called. ErrBusy: there are too
// many before them.
func (p *painting) wait(ctx context.Context, person string) (done func(), err error) {
	turn, err := p.queue(person)
	if err != nil || turn == nil {
		return p.next, err
	}
	select {
	case <-turn:
		return p.next, nil
	case <-ctx.Done():
		if !p.leave(person, turn) {
			p.next() // it had just become theirs
		}
		return nil, ctx.Err()
	}
}

// queue gives what is closed when it is the person's turn; nil: it is now.
func (p *painting) queue(person string) (turn chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.busy {
		p.busy, p.whose = true, person
		return nil, nil
	}
	if p.all >= mostWaitingAll || len(p.waiting[person]) >= mostWaiting {
		return nil, ErrBusy
	}
	if len(p.waiting[person]) == 0 && person != p.whose {
		p.people = append(p.people, person)
	}
	turn = make(chan struct{})
	p.waiting[person] = append(p.waiting[person], turn)
	p.all++
	return turn, nil
}

// leave reports false if it is their turn already.
func (p *painting) leave(person string, turn chan struct{}) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.Index(p.waiting[person], turn)
	if at < 0 {
		return false
	}
	p.all--
	if p.waiting[person] = slices.Delete(p.waiting[person], at, at+1); len(p.waiting[person]) == 0 {
		delete(p.waiting, person)
		p.people = slices.DeleteFunc(p.people, func(other string) bool { return other == person })
	}
	return true
}

// next ends a turn: who had it comes after all others who wait.
func (p *painting) next() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting[p.whose]) > 0 {
		p.people = append(p.people, p.whose)
	}
	if p.busy = len(p.people) > 0; !p.busy {
		return
	}
	p.whose, p.people = p.people[0], p.people[1:]
	turn := p.waiting[p.whose][0]
	if p.waiting[p.whose] = p.waiting[p.whose][1:]; len(p.waiting[p.whose]) == 0 {
		delete(p.waiting, p.whose)
	}
	p.all--
	close(turn)
}
