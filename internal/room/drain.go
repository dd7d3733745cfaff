package room

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gochatting/internal/socket"
)

// How long clients are asked to stay away when a node stops, so that not all of them come to the others at
// once: any time up to a second for so many sockets, and not for ever.
const (
	comeBackSockets = 500
	comeBackLatest  = 30 * time.Second
)

// Drain has everybody go who is connected here: no socket enters any more, and all are closed with 1001 and
// the reason "restart 1.8", the seconds after which to come back. To the other nodes their users stay here for as
// long as those of a node that is silent, which is time to come back there without having left. It may be
// called again.
func (d *Directory) Drain() {
	d.mu.Lock()
	drained := d.closed
	d.closed = true
	d.mu.Unlock()
	if drained {
		return
	}
	d.sendBeats(true)
	stays := d.stays.all()
	for _, s := range stays {
		s.user.Close(socket.GoingAway, fmt.Sprintf("restart %.1f", comeBack(len(stays)).Seconds()))
	}
}

// comeBack is how long one of so many sockets is to stay away.
func comeBack(sockets int) time.Duration {
	latest := min(max(time.Second, time.Duration(sockets)*time.Second/comeBackSockets), comeBackLatest)
	return rand.N(latest)
}

// Close drains, and then ends all rooms and waits for them.
func (d *Directory) Close() error {
	d.Drain()
	for _, r := range d.all() {
		r.Close()
	}
	d.cancel()
	d.awake.Wait()
	d.sendBeats(true)
	d.part()
	var failed []error
	for _, cancel := range d.cancels {
		failed = append(failed, cancel())
	}
	return errors.Join(failed...)
}
