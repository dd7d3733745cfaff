package server

import (
	"context"
	"time"
)

const (
	filesWait  = 24 * time.Hour // from being uploaded until being forgotten, unless attached
	purgeWait  = 24 * time.Hour // from being purged until that cannot be undone any more
	sweepEvery = time.Hour
)

// sweep does until ctx ends what is due every hour.
func (s *Server) sweep(ctx context.Context) {
	again := time.NewTicker(sweepEvery)
	defer again.Stop()
	for {
		if err := s.files.Sweep(ctx); err != nil && ctx.Err() == nil { // what a crash left, here or on another node
			s.out.Error("sweep what was uploaded", "err", err)
		}
		s.clear(ctx, "files that nobody attached", s.store.SweepFiles, filesWait)
		s.clear(ctx, "what was purged", s.store.SweepPurged, purgeWait)
		if err := s.store.Touch(ctx, s.sockets.sessions()); err != nil && ctx.Err() == nil {
			s.out.Error("note the use of sessions", "err", err)
		}
		if err := s.versions.keep(ctx); err != nil && ctx.Err() == nil {
			s.out.Error("keep the pages' files for other versions", "err", err)
		}
		s.removals.wake() // of what another node began, and did not end
		if err := s.store.ForgetPeers(ctx); err != nil && ctx.Err() == nil {
			s.out.Error("forget where people were", "err", err)
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}

// clear deletes what has waited for so long.
func (s *Server) clear(ctx context.Context, what string, sweep func(context.Context, time.Time) ([]string, error), wait time.Duration) {
	blobs, err := sweep(ctx, time.Now().Add(-wait))
	if err != nil && ctx.Err() == nil {
		s.out.Error("sweep", "what", what, "err", err)
	}
	s.dropBlobs(blobs)
}
