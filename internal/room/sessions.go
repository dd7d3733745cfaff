package room

import "context"

// OnSessions has ended called with the sessions on which no socket may stand any more, and unsure when such may
// have been missed: then all those of this node are to be looked up. ended is called for those of EndSessions, too;
// it must not wait, and may be told the same again. When unsure fails, it is called again after some seconds.
func (d *Directory) OnSessions(ended func(reason string, sessions []string), unsure func(ctx context.Context) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shutBy, d.unsure = ended, unsure
}

// EndSessions has the sockets closed that stand on sessions: those of this node when it returns, those of the
// others soon.
func (d *Directory) EndSessions(reason string, sessions ...string) {
	if len(sessions) == 0 {
		return
	}
	d.shut(reason, sessions)
	h := d.nodes.hint(hint{Ended: sessions, Reason: reason})
	if err := d.nodes.tell(everyNode, news{Hint: &h}); err != nil && d.unsaid.again() { // its number will be missed
		d.out.Error("end the sockets of sessions", "err", err)
	}
}

func (d *Directory) shut(reason string, sessions []string) {
	d.mu.Lock()
	shut := d.shutBy
	d.mu.Unlock()
	shut(reason, sessions)
}
