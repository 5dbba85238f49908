print("cri")
