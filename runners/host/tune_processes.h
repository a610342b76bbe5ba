#pragma once
// Owns the two changes of tuning that are no file of the kernel: irqbalance, which would move interrupts back, stands
// still meanwhile, and swap may be off. Private to tuner.cpp. Both are of this host only, never of a fake root.

#include "runners/host/tuner.h"

namespace benchgate::host {

/// Running processes of that name, as entries of a journal.
std::vector<TuneEntry> balancers();
bool pause_process(const TuneEntry& process);
TuneStep let_go_on(const TuneEntry& process);

/// What /proc/swaps lists.
std::vector<TuneEntry> swaps();
bool take_swap_off(const TuneEntry& swap);
TuneStep put_swap_on(const TuneEntry& swap);

}  // namespace benchgate::host
