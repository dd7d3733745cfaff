package room

import (
	"time"
)

const (
	tickEvery = time.Second
	beatTicks = 3 // between two beats
)

// beat tells the other nodes that this one is there, and notices which of them are not any more.
func (d *Directory) beat() {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		if n%beatTicks == 0 {
			d.sendBeats(false)
		}
		select {
		case <-tick.C:
		case <-d.ctx.Done():
			return
		}
		rooms, surprise := d.nodes.tick()
		d.nudge(rooms)
		if surprise { // it may have died between a commit and its hint
			d.doubt()
		}
	}
}

func (d *Directory) sendBeats(bye bool) {
	for _, b := range d.nodes.beats(bye) {
		d.send(everyNode, news{Beat: &b})
	}
}

// send tells news that are told again if they are lost.
func (d *Directory) send(subject string, n news) {
	if err := d.nodes.tell(subject, n); err != nil {
		d.out.Debug("beat", "err", err)
	}
}

// hear takes what is meant for all nodes or for this one, and never waits for the store.
func (d *Directory) hear(data []byte) {
	n, understood := understand(data)
	switch {
	case !understood || n.Node == d.nodes.self:
	case n.Hint != nil:
		d.hearHint(n.Node, *n.Hint)
	case n.Beat != nil:
		d.hearBeat(n.Node, n.Beat)
	case n.Change != nil:
		d.pass(n.Change.Room, n)
	case n.Ask != nil && n.Ask.Room != "":
		d.pass(n.Ask.Room, n)
	case n.Ask != nil:
		d.tellWhole(n.Node)
	}
}

// pass gives a room what is meant for it, if it is awake.
func (d *Directory) pass(room string, n news) {
	if r := d.awakened(room); r != nil {
		r.hearNews(n)
	}
}

func (d *Directory) hearBeat(node string, b *beat) {
	what := d.nodes.hear(node, b)
	d.nudge(what.rooms)
	if what.missing {
		d.doubt()
	}
	if what.unknown && b.Of == 0 {
		d.send(addressee(node), news{Ask: &ask{}})
	}
	if what.first { // which does not know this one either
		d.tellWhole(node)
	}
}

func (d *Directory) tellWhole(node string) {
	for _, b := range d.nodes.whole() {
		d.send(addressee(node), news{Beat: &b})
	}
}
