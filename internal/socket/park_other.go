//go:build !linux

package socket

import "syscall"

// A parking is not to be had on this system: reading itself waits.
type parking struct{}

func newParking(syscall.RawConn) *parking { return nil }

func (*parking) wait() (arrived bool, err error) { return true, nil }
