print("cri-sim")
