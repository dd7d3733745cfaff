package server

import (
	"context"
	"time"
)

const (
	filesWait  = 24 * time.Hour // from being uploaded until being forgotten, unless attached
	sweepEvery = time.Hour
)

// sweep deletes what was uploaded and is nobody's, until ctx ends: what a crash left first, then
// what was never attached.
func (s *Server) sweep(ctx context.Context) {
	if err := s.files.Sweep(ctx); err != nil && ctx.Err() == nil {
		s.out.Error("sweep what was uploaded", "err", err)
	}
	again := time.NewTicker(sweepEvery)
	defer again.Stop()
	for {
		blobs, err := s.store.SweepFiles(ctx, time.Now().Add(-filesWait))
		if err != nil && ctx.Err() == nil {
			s.out.Error("sweep files", "err", err)
		}
		s.dropBlobs(blobs)
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}
